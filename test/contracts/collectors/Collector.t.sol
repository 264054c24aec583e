// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {Collector} from "../../../contracts/collectors/Collector.sol";
import {ICollector} from "../../../contracts/collectors/ICollector.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {MeasuredDeposits} from "../../../contracts/disputes/measured/MeasuredDeposits.sol";
import {FeeToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
Collector

constructor
├── accounting or deposits zero: CollectorZeroAddress
├── their tokens differ: CollectorTokenMismatch
└── otherwise: token and registry are AccountingV2's
depositWithAuthorization
├── for another client, another purpose, signed by somebody else, sent twice: the token refuses
└── otherwise: deposited for the client, by anyone
stakeWithAuthorization
├── likewise
└── otherwise: stake of the member, by anyone
creditWithAuthorization
├── likewise
└── otherwise: credit of the account in MeasuredDeposits, by anyone
stakeWithPermit, creditWithPermit
├── somebody else's permit: no allowance
└── otherwise: stake of the member or credit of the account, also if somebody used the permit first
nonceOf
└── another one for each purpose, beneficiary and salt
*/
contract CollectorTest is MarketTest {
    Collector private _collector;
    MeasuredDeposits private _deposits;

    function setUp() public override {
        super.setUp();
        _deposits = depositsOn(address(registry));
        _collector = deployCollector(address(accounting), address(_deposits));
        token.mint(client, 100e6);
        vm.prank(executor);
        registry.register(IStakeRegistry.Role.Executor, "peer", "");
    }

    function test_TheConstructorTakesAccountingsAddresses() public {
        assertEq(_collector.accounting(), address(accounting), "accounting");
        assertEq(_collector.stakeRegistry(), address(registry), "registry");
        assertEq(_collector.paymentToken(), address(token), "token");
        assertEq(_collector.deposits(), address(_deposits), "deposits");
        vm.expectRevert(ICollector.CollectorZeroAddress.selector);
        this.deployCollector(address(0), address(_deposits));
        vm.expectRevert(ICollector.CollectorZeroAddress.selector);
        this.deployCollector(address(accounting), address(0));
        address other = address(new FeeToken());
        MeasuredDeposits others = depositsOn(address(deployRegistry(other, 1, UNBONDING)));
        vm.expectRevert(abi.encodeWithSelector(ICollector.CollectorTokenMismatch.selector, token, other));
        this.deployCollector(address(accounting), address(others));
    }

    function test_AnyoneSendsADepositThatItsPayerSigned() public {
        ICollector.Authorization memory signed = authorizationOf(ICollector.Purpose.Deposit, client, 60e6);
        vm.prank(stranger);
        _collector.depositWithAuthorization(client, signed);
        assertEq(accounting.balanceOf(client), 60e6, "deposited");
        assertEq(token.balanceOf(client), 40e6, "paid");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
        bytes memory refusal = abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, client, nonce(signed));
        vm.expectRevert(refusal);
        _collector.depositWithAuthorization(client, signed);
    }

    function test_AnyoneSendsStakeThatItsPayerSigned() public {
        ICollector.Authorization memory signed = authorizationOf(ICollector.Purpose.Stake, executor, 60e6);
        vm.prank(stranger);
        _collector.stakeWithAuthorization(executor, signed);
        assertEq(registry.activeStake(executor), 60e6, "staked");
        assertEq(token.balanceOf(client), 40e6, "paid by the client");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
    }

    /// Somebody without ether has the bond of a dispute ready, for who opens it in its name.
    function test_AnyoneSendsCreditThatItsPayerSigned() public {
        ICollector.Authorization memory signed = authorizationOf(ICollector.Purpose.Credit, executor, 60e6);
        vm.prank(stranger);
        _collector.creditWithAuthorization(executor, signed);
        assertEq(_deposits.creditOf(executor), 60e6, "credited");
        assertEq(token.balanceOf(client), 40e6, "paid by the client");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
        vm.prank(executor);
        _deposits.withdrawCredit(executor);
        assertEq(token.balanceOf(executor), 60e6, "whose it is");
    }

    /// Whoever sees an authorization can send it first, and only for what its payer signed.
    function test_Attack86_AnAuthorizationIsGoodForOnePurpose() public {
        ICollector.Authorization memory signed = authorizationOf(ICollector.Purpose.Deposit, client, 60e6);
        vm.startPrank(stranger);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _collector.depositWithAuthorization(stranger, signed);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _collector.stakeWithAuthorization(client, signed);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _collector.creditWithAuthorization(client, signed);
        signed.amount = 61e6;
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _collector.depositWithAuthorization(client, signed);
        signed.amount = 60e6;
        bytes32 used = nonce(signed);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InvalidReceiver(address)")));
        token.receiveWithAuthorization(
            client,
            address(_collector),
            60e6,
            0,
            START + 1,
            used,
            signed.v,
            signed.r,
            signed.s
        );
        vm.stopPrank();
        bytes32 other = _collector.nonceOf(ICollector.Purpose.Deposit, client, "other salt");
        assertTrue(nonce(signed) != other, "by salt");
    }

    function test_APermitStakesInOneTransaction() public {
        (uint8 v, bytes32 r, bytes32 s) = permit(60e6);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        vm.prank(stranger);
        _collector.stakeWithPermit(executor, 60e6, START, v, r, s);
        // Somebody uses the permit first, which changes nothing.
        vm.prank(stranger);
        token.permit(client, address(_collector), 60e6, START, v, r, s);
        vm.prank(client);
        _collector.stakeWithPermit(executor, 60e6, START, v, r, s);
        assertEq(registry.activeStake(executor), 60e6, "staked");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
    }

    function test_APermitAddsCreditInOneTransaction() public {
        (uint8 v, bytes32 r, bytes32 s) = permit(60e6);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        vm.prank(stranger);
        _collector.creditWithPermit(stranger, 60e6, START, v, r, s);
        vm.prank(stranger);
        token.permit(client, address(_collector), 60e6, START, v, r, s);
        vm.prank(client);
        _collector.creditWithPermit(executor, 60e6, START, v, r, s);
        assertEq(_deposits.creditOf(executor), 60e6, "credited");
        assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
    }

    /// Any payments, in any order, by anyone: each arrives where its payer said, and the collector keeps nothing.
    function testFuzz_EveryPaymentArrivesWhereItsPayerSaid(uint256 seed) public {
        uint256[3] memory paid;
        for (uint256 i = 0; i < 12; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 purpose = random % 3;
            uint256 amount = bound(random >> 8, 1, 8e6);
            paid[purpose] += amount;
            ICollector.Authorization memory signed = authorizationOf(
                ICollector.Purpose(purpose),
                executor,
                amount,
                bytes32(i)
            );
            vm.prank(random % 5 == 0 ? client : stranger);
            if (purpose == 0) _collector.depositWithAuthorization(executor, signed);
            else if (purpose == 1) _collector.stakeWithAuthorization(executor, signed);
            else _collector.creditWithAuthorization(executor, signed);
            assertEq(token.balanceOf(address(_collector)), 0, "nothing stays");
        }
        assertEq(accounting.balanceOf(executor), paid[0], "deposited");
        assertEq(registry.activeStake(executor), paid[1], "staked");
        assertEq(_deposits.creditOf(executor), paid[2], "credited");
        assertEq(token.balanceOf(client), 100e6 - paid[0] - paid[1] - paid[2], "and nothing else");
    }

    /* SUPPORT */

    function deployCollector(address accounting_, address deposits_) public returns (Collector) {
        return Collector(deploy("Collector.sol:Collector", abi.encode(accounting_, deposits_)));
    }

    function depositsOn(address registry_) private returns (MeasuredDeposits) {
        return MeasuredDeposits(deploy("MeasuredDeposits.sol:MeasuredDeposits", abi.encode(registry_, 200_000)));
    }

    /// Signed by the client.
    function authorizationOf(
        ICollector.Purpose purpose,
        address beneficiary,
        uint256 amount
    ) private view returns (ICollector.Authorization memory) {
        return authorizationOf(purpose, beneficiary, amount, "salt");
    }

    function authorizationOf(
        ICollector.Purpose purpose,
        address beneficiary,
        uint256 amount,
        bytes32 salt
    ) private view returns (ICollector.Authorization memory signed) {
        (signed.payer, signed.amount, signed.validBefore, signed.salt) = (client, amount, START + 1, salt);
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typeHash,
                client,
                address(_collector),
                amount,
                uint256(0),
                START + 1,
                _collector.nonceOf(purpose, beneficiary, salt)
            )
        );
        (signed.v, signed.r, signed.s) = vm.sign(CLIENT_KEY, ofToken(structHash));
    }

    function nonce(ICollector.Authorization memory signed) private view returns (bytes32) {
        return _collector.nonceOf(ICollector.Purpose.Deposit, client, signed.salt);
    }

    function permit(uint256 amount) private view returns (uint8, bytes32, bytes32) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typeHash, client, address(_collector), amount, token.nonces(client), START)
        );
        return vm.sign(CLIENT_KEY, ofToken(structHash));
    }

    function ofToken(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
    }
}
