// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "../../../contracts/token/TestToken.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
TestToken

constructor
├── deployer zero: TestTokenZeroAddress
└── otherwise: the one named may mint
faucet
├── again within the hour: TestTokenFaucetClosed
└── otherwise: 1 000 tUSD, FaucetUsed
mint
├── not the deployer: TestTokenOnlyDeployer
└── otherwise: any amount
decimals
└── six, like the stablecoins of real networks
*/
contract TestTokenTest is MarketTest {
    event FaucetUsed(address indexed account, uint256 amount, uint256 opensAt);

    function test_TheFaucetGivesAThousandAnHour() public {
        vm.startPrank(client);
        vm.expectEmit(address(token));
        emit FaucetUsed(client, 1_000e6, START + 1 hours);
        token.faucet();
        vm.warp(START + 1 hours - 1);
        vm.expectRevert(
            abi.encodeWithSelector(TestToken.TestTokenFaucetClosed.selector, START + 1 hours, START + 1 hours - 1)
        );
        token.faucet();
        vm.warp(START + 1 hours);
        token.faucet();
        vm.stopPrank();
        assertEq(token.balanceOf(client), 2_000e6, "balance");
        vm.prank(stranger);
        token.faucet();
    }

    function test_OnlyTheDeployerMints() public {
        assertEq(token.deployer(), address(this), "deployer");
        token.mint(client, 5);
        assertEq(token.balanceOf(client), 5, "minted");
        vm.expectRevert(abi.encodeWithSelector(TestToken.TestTokenOnlyDeployer.selector, address(this), stranger));
        vm.prank(stranger);
        token.mint(stranger, 5);
    }

    function test_WhoMayMintIsNamed() public {
        vm.expectRevert(TestToken.TestTokenZeroAddress.selector);
        this.constructFor(address(0));
        TestToken other = TestToken(this.constructFor(stranger));
        vm.expectRevert(abi.encodeWithSelector(TestToken.TestTokenOnlyDeployer.selector, stranger, address(this)));
        other.mint(client, 5);
        vm.prank(stranger);
        other.mint(client, 5);
        assertEq(other.balanceOf(client), 5, "minted");
    }

    function constructFor(address deployer) external returns (address) {
        return deploy("TestToken.sol:TestToken", abi.encode(deployer));
    }

    function test_ItLooksLikeAStablecoin() public view {
        assertEq(token.decimals(), 6, "decimals");
        assertEq(keccak256(bytes(token.symbol())), keccak256("tUSD"), "symbol");
        assertEq(keccak256(bytes(token.name())), keccak256("Lloom Test Dollar"), "name");
    }
}
