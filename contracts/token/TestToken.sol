// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title TestToken: money for development and test networks
/// @notice Worth nothing: anyone gets some from the faucet, and the deployer makes as much as it likes. It behaves like
/// the stablecoins that real networks use: 6 decimals, ERC-2612 permits and ERC-3009
/// transfers by authorization.
contract TestToken is ERC20, ERC20Permit, ERC3009 {
    /// @notice What one call of the faucet gives: 1 000 tUSD.
    uint256 public constant FAUCET_AMOUNT = 1_000e6;
    /// @notice Seconds that an address has to wait between two calls.
    uint256 public constant FAUCET_INTERVAL = 1 hours;

    /// @notice Who may mint.
    address public immutable deployer;

    /// @notice When an address may use the faucet again; zero if it never did.
    mapping(address account => uint256 timestamp) public faucetOpensAt;

    error TestTokenZeroAddress();
    error TestTokenFaucetClosed(uint256 opensAt, uint256 timestamp);
    error TestTokenOnlyDeployer(address deployer, address caller);

    event FaucetUsed(address indexed account, uint256 amount, uint256 opensAt);

    /// @param deployer_ May mint. Named, because a factory may be the caller.
    constructor(address deployer_) ERC20("Lloom Test Dollar", "tUSD") ERC20Permit("Lloom Test Dollar") {
        require(deployer_ != address(0), TestTokenZeroAddress());
        deployer = deployer_;
    }

    /// @notice Gives the caller `FAUCET_AMOUNT`, once per `FAUCET_INTERVAL`.
    function faucet() external {
        uint256 opensAt = faucetOpensAt[msg.sender];
        require(block.timestamp >= opensAt, TestTokenFaucetClosed(opensAt, block.timestamp));
        opensAt = block.timestamp + FAUCET_INTERVAL;
        faucetOpensAt[msg.sender] = opensAt;
        emit FaucetUsed(msg.sender, FAUCET_AMOUNT, opensAt);
        _mint(msg.sender, FAUCET_AMOUNT);
    }

    /// @notice Seeds a development network. For the deployer only.
    function mint(address to, uint256 amount) external {
        require(msg.sender == deployer, TestTokenOnlyDeployer(deployer, msg.sender));
        _mint(to, amount);
    }

    /// @notice Base units per token are 10 to this power; the same as USDC.
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
