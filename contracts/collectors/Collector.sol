// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IMeasuredDeposits} from "../disputes/measured/IMeasuredDeposits.sol";
import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {ICollector} from "./ICollector.sol";

/// @title Collector
/// @dev Immutable: no owner, no pause, no proxy. It calls the token and the contracts that it pays into, which measure what
/// arrives, and keeps nothing: a call that another one interrupts finds nothing to take.
contract Collector is ICollector {
    using SafeERC20 for IERC20;

    /* IMMUTABLES */

    /// @inheritdoc ICollector
    address public immutable override accounting;
    /// @inheritdoc ICollector
    address public immutable override stakeRegistry;
    /// @inheritdoc ICollector
    address public immutable override paymentToken;
    /// @inheritdoc ICollector
    address public immutable override deposits;

    /* CONSTRUCTOR */

    /// @param accounting_ Whose token is collected; stake goes to its stake registry.
    /// @param deposits_ Takes bonds of the same token.
    constructor(address accounting_, address deposits_) {
        require(accounting_ != address(0) && deposits_ != address(0), CollectorZeroAddress());
        accounting = accounting_;
        stakeRegistry = IAccountingV2(accounting_).stakeRegistry();
        paymentToken = IAccountingV2(accounting_).paymentToken();
        address creditToken = IMeasuredDeposits(deposits_).paymentToken();
        require(creditToken == paymentToken, CollectorTokenMismatch(paymentToken, creditToken));
        deposits = deposits_;
    }

    /* ACTIONS */

    /// @inheritdoc ICollector
    function depositWithAuthorization(address client, Authorization calldata authorization) external {
        _receive(Purpose.Deposit, client, authorization);
        IERC20(paymentToken).forceApprove(accounting, authorization.amount);
        IAccountingV2(accounting).depositFor(client, authorization.amount);
    }

    /// @inheritdoc ICollector
    function stakeWithAuthorization(address member, Authorization calldata authorization) external {
        _receive(Purpose.Stake, member, authorization);
        _stake(member, authorization.amount);
    }

    /// @inheritdoc ICollector
    function creditWithAuthorization(address account, Authorization calldata authorization) external {
        _receive(Purpose.Credit, account, authorization);
        _addCredit(account, authorization.amount);
    }

    /// @inheritdoc ICollector
    function stakeWithPermit(address member, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        _pull(amount, deadline, v, r, s);
        _stake(member, amount);
    }

    /// @inheritdoc ICollector
    function creditWithPermit(
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        _pull(amount, deadline, v, r, s);
        _addCredit(account, amount);
    }

    /* VIEWS */

    /// @inheritdoc ICollector
    function nonceOf(Purpose purpose, address beneficiary, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(purpose, beneficiary, salt));
    }

    /* INTERNAL */

    function _receive(Purpose purpose, address beneficiary, Authorization calldata authorization) private {
        IERC3009(paymentToken).receiveWithAuthorization(
            authorization.payer,
            address(this),
            authorization.amount,
            authorization.validAfter,
            authorization.validBefore,
            nonceOf(purpose, beneficiary, authorization.salt),
            authorization.v,
            authorization.r,
            authorization.s
        );
    }

    function _pull(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) private {
        // Whoever sees the permit can use it first; then the allowance is there already. If it is not, the transfer fails.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(paymentToken).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        IERC20(paymentToken).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _addCredit(address account, uint256 amount) private {
        IERC20(paymentToken).forceApprove(deposits, amount);
        IMeasuredDeposits(deposits).creditFor(account, amount);
    }

    function _stake(address member, uint256 amount) private {
        IERC20(paymentToken).forceApprove(stakeRegistry, amount);
        IStakeRegistry(stakeRegistry).stakeFor(member, amount);
    }
}
